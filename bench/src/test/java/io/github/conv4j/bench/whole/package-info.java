@NullMarked
package io.github.conv4j.bench.whole;

import org.jspecify.annotations.NullMarked;
