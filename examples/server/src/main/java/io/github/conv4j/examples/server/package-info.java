/**
 * A server of networks: the Open Inference Protocol over the JDK's HTTP server, which refuses what
 * it cannot serve in time.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">Open Inference Protocol, version
 *     2</a>
 */
@NullMarked
package io.github.conv4j.examples.server;

import org.jspecify.annotations.NullMarked;
