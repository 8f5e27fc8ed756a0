/** The file of a warm-up manifest: lines of text. */
@NullMarked
package io.github.conv4j.networks.internal.manifest;

import org.jspecify.annotations.NullMarked;
