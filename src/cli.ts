#!/usr/bin/env node
import { constants } from 'node:os';

// From the first moment on: what is loaded and read before a run has a folder to clean up can be interrupted too.
process.on('SIGINT', () => process.exit(128 + constants.signals.SIGINT));

const { main } = await import('./commands/main.js');
process.exitCode = await main(process.argv.slice(2));
