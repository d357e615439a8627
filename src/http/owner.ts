/** Until accounts arrive everybody is the same owner. */
export const OWNER = 'anonymous';
