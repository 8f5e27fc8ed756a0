@NullMarked
package io.github.conv4j.examples.server;

import org.jspecify.annotations.NullMarked;
