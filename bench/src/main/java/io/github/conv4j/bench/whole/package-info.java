/** Whole networks, by conv4j and by other libraries, in turns. */
@NullMarked
package io.github.conv4j.bench.whole;

import org.jspecify.annotations.NullMarked;
