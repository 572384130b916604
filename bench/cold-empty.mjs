// The process that cold.mjs compares with: it does nothing.
