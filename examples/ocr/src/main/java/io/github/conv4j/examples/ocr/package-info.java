/**
 * Finds and reads the text of a photo with the networks of PP-OCR: a detector marks the pixels of
 * text, a classifier turns lines that stand on their heads, a recognizer reads them.
 */
@NullMarked
package io.github.conv4j.examples.ocr;

import org.jspecify.annotations.NullMarked;
