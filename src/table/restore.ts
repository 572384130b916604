// A model of a table that comes of JSON.
import { clip, describe, unexpected } from '../errors.ts'
import type { Network } from '../network/network.ts'
import { networkFromJSON } from '../network/restore.ts'
import { isOptionObject } from '../options/check.ts'
import { checkModel } from './check-model.ts'
import type { Calibration, MemberKind, TargetModel } from './ensemble.ts'
import { FORMAT, TableModel, type TableModelParts, VERSION } from './model.ts'
import { plainCopy } from './plain.ts'
import type { Target } from './target.ts'
import { disposeAll } from './trained.ts'

/** The model that `toJSON` wrote: predicts the same bits. Rejects with INVALID_MODEL what is not one, UNSUPPORTED_MODEL what a newer version wrote. */
export async function tableModelFromJSON(value: unknown): Promise<TableModel> {
  const json = typeof value === 'string' ? parse(value) : plainCopy(value, 'model', 'INVALID_MODEL')
  const given = (isOptionObject(json) ? json : {}) as Record<string, unknown>
  const { format, version } = given
  if (format !== FORMAT) throw unexpected('INVALID_MODEL', 'format', `"${FORMAT}"`, describe(format))
  if (version !== VERSION) {
    const code = typeof version === 'number' && version > VERSION ? 'UNSUPPORTED_MODEL' : 'INVALID_MODEL'
    throw unexpected(code, 'version', String(VERSION), describe(version))
  }
  checkModel(given)
  const { format: _, version: __, digest, targets, ...parts } = given
  const revived: TargetModel[] = []
  try {
    for (const target of targets as TargetJSON[]) await reviveTarget(target, revived)
    return new TableModel({ ...(parts as unknown as TableModelParts), targets: revived })
  } catch (error) {
    for (const { ensemble } of revived) disposeAll(ensemble.members)
    throw error
  }
}

interface TargetJSON {
  readonly target: Target
  readonly means: readonly number[]
  readonly calibration: Calibration
  readonly members: readonly {
    recipe: MemberKind
    weight: number
    networks: readonly unknown[]
  }[]
}

async function reviveTarget({ target, means, calibration, members }: TargetJSON, revived: TargetModel[]) {
  const own: { recipe: MemberKind; weight: number; networks: Network[] }[] = []
  revived.push({ target, means, ensemble: { members: own, calibration } })
  for (const { recipe, weight, networks } of members) {
    const made: Network[] = []
    own.push({ recipe, weight, networks: made })
    for (const network of networks) made.push(await networkFromJSON(network))
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unexpected('INVALID_MODEL', 'model', 'JSON', clip(String(cause)))
  }
}
