// What networks predict for the rows that they never saw.

import type { Network } from '../network/network.ts'
import { outputsOf, predictMember } from './ensemble.ts'
import { inputsOf, type MemberRows, selectInputs } from './members.ts'
import type { MemberRecipe } from './recipe.ts'

/** Of each fold's rows what its own networks predict, on the scale of all members: rows × outputs; 0 for rows in no fold */
export function predictUnseen(
  recipe: MemberRecipe,
  networks: readonly Network[],
  { inputs, target, folds, values }: MemberRows,
): Float64Array {
  const outputs = outputsOf(target)
  const unseen = new Float64Array(values.length * outputs)
  folds.forEach(({ held }, fold) => {
    const own = {
      withBins: inputs.withBins,
      plain: inputs.plain,
      [recipe.hasBins ? 'withBins' : 'plain']: selectInputs(inputsOf(recipe, { inputs }), held),
    }
    for (const network of networks.slice(fold * recipe.seeds, (fold + 1) * recipe.seeds)) {
      const predicted = predictMember(recipe, network, target, own)
      held.forEach((row, place) => {
        for (let output = 0; output < outputs; output++)
          unseen[row * outputs + output] += predicted[place * outputs + output] / recipe.seeds
      })
    }
  })
  return unseen
}
