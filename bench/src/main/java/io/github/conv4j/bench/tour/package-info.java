/** The tour: what each variant computes on the photo, on every engine, and its picture. */
@NullMarked
package io.github.conv4j.bench.tour;

import org.jspecify.annotations.NullMarked;
