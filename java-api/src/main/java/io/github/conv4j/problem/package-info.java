/** A problem on one line of text, and how far its results may be from the exact sums. */
@NullMarked
package io.github.conv4j.problem;

import org.jspecify.annotations.NullMarked;
