@NullMarked
package io.github.conv4j.bench.limits;

import org.jspecify.annotations.NullMarked;
