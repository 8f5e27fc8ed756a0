/** Pairs of problems that are the same work written in two ways, and how far apart they run. */
@NullMarked
package io.github.conv4j.bench.equal;

import org.jspecify.annotations.NullMarked;
