package io.github.conv4j.networks.internal.onnx;

import java.lang.foreign.Arena;

/**
 * Where values of a model are that are not slices of its file.
 *
 * @param arena of those that the wire holds in another form than tensors do
 * @param external the files beside the model
 */
record ModelMemory(Arena arena, ExternalData external) {}
