@NullMarked
package io.github.conv4j.bench.ocr;

import org.jspecify.annotations.NullMarked;
