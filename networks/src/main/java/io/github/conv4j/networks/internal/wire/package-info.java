/**
 * The wire format of protobuf, read within bounds and without copying. Knows no message by name.
 */
@NullMarked
package io.github.conv4j.networks.internal.wire;

import org.jspecify.annotations.NullMarked;
