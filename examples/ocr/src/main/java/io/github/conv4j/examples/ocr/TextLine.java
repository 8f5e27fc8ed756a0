package io.github.conv4j.examples.ocr;

/**
 * A line of text that was found.
 *
 * @param box where it is
 * @param confidence of its characters, from 0 to 1
 */
public record TextLine(TextBox box, String text, double confidence) {}
