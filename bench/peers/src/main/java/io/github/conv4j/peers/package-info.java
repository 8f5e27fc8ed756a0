/** Other libraries as contenders, each used as its documentation recommends for speed. */
@NullMarked
package io.github.conv4j.peers;

import org.jspecify.annotations.NullMarked;
