/** From a graph to a program: every node becomes steps, every value a place in memory. */
@NullMarked
package io.github.conv4j.networks.internal.lower;

import org.jspecify.annotations.NullMarked;
