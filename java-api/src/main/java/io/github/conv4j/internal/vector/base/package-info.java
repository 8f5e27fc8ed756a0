/**
 * What families of plans share: plans and their working memory, phases of outputs, tilings,
 * vectors.
 */
@NullMarked
package io.github.conv4j.internal.vector.base;

import org.jspecify.annotations.NullMarked;
