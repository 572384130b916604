// Rendered by the server
import * as library from 'wasmprop'
import { createNetwork } from 'wasmprop/worker'
import { hostScenario } from '../scenario.js'

export const dynamic = 'force-dynamic'

export default async function Page() {
  return <pre>{JSON.stringify(await hostScenario(library, createNetwork))}</pre>
}
