/** The commands: their arguments, their output, their exit codes. */
@NullMarked
package io.github.conv4j.bench.cli;

import org.jspecify.annotations.NullMarked;
