/** The C compiler of the machine, where there is one. */
@NullMarked
package io.github.conv4j.bench.toolchain;

import org.jspecify.annotations.NullMarked;
