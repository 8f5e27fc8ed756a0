/** What the tour promises about its numbers. */
@NullMarked
package io.github.conv4j.bench.tour;

import org.jspecify.annotations.NullMarked;
