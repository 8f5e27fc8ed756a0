@NullMarked
package io.github.conv4j.bench.compare;

import org.jspecify.annotations.NullMarked;
