/** Precondition checks that every room shares. */
@NullMarked
package io.github.conv4j.internal.checks;

import org.jspecify.annotations.NullMarked;
