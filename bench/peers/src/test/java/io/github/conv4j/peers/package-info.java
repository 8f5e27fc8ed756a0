/** Tests of the peers. */
@NullMarked
package io.github.conv4j.peers;

import org.jspecify.annotations.NullMarked;
