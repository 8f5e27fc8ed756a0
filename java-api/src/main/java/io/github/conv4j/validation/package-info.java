/** Comparing engines with the reference: fills, random problems, verdicts, the matrix view. */
@NullMarked
package io.github.conv4j.validation;

import org.jspecify.annotations.NullMarked;
