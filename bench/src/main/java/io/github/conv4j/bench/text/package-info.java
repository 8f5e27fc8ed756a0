/** Plain text for terminals. */
@NullMarked
package io.github.conv4j.bench.text;

import org.jspecify.annotations.NullMarked;
