/** What a comparison found, as it is written to JSON, and what follows from it. */
@NullMarked
package io.github.conv4j.bench.results;

import org.jspecify.annotations.NullMarked;
