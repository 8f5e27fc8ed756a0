@NullMarked
package io.github.conv4j.examples.ocr;

import org.jspecify.annotations.NullMarked;
