/** Comparing engines with the reference: problem lines, fills, error bounds, the matrix view. */
@NullMarked
package io.github.conv4j.validation;

import org.jspecify.annotations.NullMarked;
