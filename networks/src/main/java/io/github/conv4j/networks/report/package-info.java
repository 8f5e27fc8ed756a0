/**
 * What is told of a prepared network: its steps, and what comparing them with the reference found.
 */
@NullMarked
package io.github.conv4j.networks.report;

import org.jspecify.annotations.NullMarked;
