@NullMarked
package io.github.conv4j.bench.tensor;

import org.jspecify.annotations.NullMarked;
