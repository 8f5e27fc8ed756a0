/** Many clients at once: what a server would see. */
@NullMarked
package io.github.conv4j.bench.load;

import org.jspecify.annotations.NullMarked;
