/** Contenders against each other: the same layers, in turns, in one process. */
@NullMarked
package io.github.conv4j.bench.compare;

import org.jspecify.annotations.NullMarked;
