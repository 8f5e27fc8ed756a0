/**
 * Rewrites of a graph that change how it is computed and not what: one a file, each can be left
 * out.
 */
@NullMarked
package io.github.conv4j.networks.internal.pass;

import org.jspecify.annotations.NullMarked;
