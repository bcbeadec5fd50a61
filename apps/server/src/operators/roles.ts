/** Duties of operators. They are separate (GM/T 0037 §5): nobody has one because he has another. */
export const operatorRoles = ['operators', 'review', 'revocation', 'recovery'] as const;
export type OperatorRole = (typeof operatorRoles)[number];

export function isOperatorRole(text: string): text is OperatorRole {
  return (operatorRoles as readonly string[]).includes(text);
}
