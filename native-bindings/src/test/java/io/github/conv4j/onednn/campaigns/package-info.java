/**
 * Campaigns: what is tried a few times at each build, and a million times now and then. Each is a
 * test with a size, and a main class that runs in a JVM of its own; docs/campaigns.md lists them.
 */
@NullMarked
package io.github.conv4j.onednn.campaigns;

import org.jspecify.annotations.NullMarked;
