/**
 * What engines may compute otherwise than the definitions say: asked when a network is prepared.
 */
@NullMarked
package io.github.conv4j.networks.internal.permission;

import org.jspecify.annotations.NullMarked;
