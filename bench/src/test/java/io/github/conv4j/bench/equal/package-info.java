@NullMarked
package io.github.conv4j.bench.equal;

import org.jspecify.annotations.NullMarked;
