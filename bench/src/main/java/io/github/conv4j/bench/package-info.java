/** The conv4j command line and benchmarks. */
@NullMarked
package io.github.conv4j.bench;

import org.jspecify.annotations.NullMarked;
