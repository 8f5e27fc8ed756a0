/** Who takes part in measurements: engines of conv4j, and other libraries. */
@NullMarked
package io.github.conv4j.bench.contender;

import org.jspecify.annotations.NullMarked;
