/** What runs beside this JVM: the C compiler of the machine, where there is one, and other JVMs. */
@NullMarked
package io.github.conv4j.bench.toolchain;

import org.jspecify.annotations.NullMarked;
