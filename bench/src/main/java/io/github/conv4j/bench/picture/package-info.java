/** Drawing: a small box layout over Java2D, and numbers turned into colours. */
@NullMarked
package io.github.conv4j.bench.picture;

import org.jspecify.annotations.NullMarked;
