/** What every engine's prepared convolutions share: checks, slots, lifetimes and composition. */
@NullMarked
package io.github.conv4j.internal.prepared;

import org.jspecify.annotations.NullMarked;
