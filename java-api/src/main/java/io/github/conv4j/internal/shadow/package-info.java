/**
 * Holds what an engine computes against another engine, beside the calls: copies of some of them,
 * the thread that computes these again, and the list of what proved wrong.
 */
@NullMarked
package io.github.conv4j.internal.shadow;

import org.jspecify.annotations.NullMarked;
