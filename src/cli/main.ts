#!/usr/bin/env node
// The command `wasmprop`.
