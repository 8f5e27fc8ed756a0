package io.github.conv4j.examples.spark;

import io.github.conv4j.engine.Engine;
import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.StructField;

/** What is to be computed of each picture. Tasks carry it to the executors, which open it. */
sealed interface PictureModel extends Serializable permits NetworkModel, TextModel {
  /** Returns what tells it apart: models of equal ids compute the same. */
  String id();

  /** Returns the name of its SQL function. */
  String functionName();

  /** Returns the columns that it computes. */
  List<StructField> columns();

  /**
   * Reads its networks.
   *
   * @param engine must stay open as long as what is returned, which is to be closed
   */
  OpenModel open(Engine engine);

  /** A model whose networks are read, and prepared for the sizes that were met. Any thread may. */
  interface OpenModel extends AutoCloseable {
    /**
     * Computes the columns of one picture.
     *
     * @throws IllegalArgumentException if the model does not take this picture; says why
     */
    Object[] run(BufferedImage picture);

    @Override
    void close();
  }
}
