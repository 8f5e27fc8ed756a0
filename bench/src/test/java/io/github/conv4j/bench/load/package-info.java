/** Tests of the package of the same name. */
@NullMarked
package io.github.conv4j.bench.load;

import org.jspecify.annotations.NullMarked;
