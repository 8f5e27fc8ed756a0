/** The definition that validates the other engines: naive loops with double accumulation. */
@NullMarked
package io.github.conv4j.internal.reference;

import org.jspecify.annotations.NullMarked;
