/** The commands as a user meets them: arguments in, output and exit codes out. */
@NullMarked
package io.github.conv4j.bench.cli;

import org.jspecify.annotations.NullMarked;
