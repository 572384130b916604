// `npm run test:hosts`: the hosts that the default run leaves out, since npm has to bring them.
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/hosts/*.hosts.ts'], testTimeout: 600_000, hookTimeout: 600_000, maxWorkers: 1 },
})
