/** A checkpoint of three entries, and proofs that lead to it. The key is the one of the test vectors. */
export const checkpointExample = `activity.example.com/org_8f9a1c2d
3
iEJ+gNfPsklY+eMDpeTyeJA5fC0qakZuJ1wjtZhPG7A=

— activity.example.com/org_8f9a1c2d 00vfO6+9B97iAh7qXuvOHZ1cjh5OQT1U+Sj1+Z2HNDGYLuavnnG/D5ltzUp1011scBxCp3b3MQqFMh32gEmEVJP0dwY=
`;

export const proofExample = `c2sp.org/tlog-proof@v1
extra YWN0aXZpdHktbG9nL3YxCmV2ZW50CjIwMjYtMDUtMTJUMDc6NTE6MzQuMjUwWgo1MzM4NjZiY2VkYTg0MTYzYWM0YmJmYzMyZDc5NzhmNDAwNDM4YmVlNGE5ZjdjYWM5ZDE2MTI2YWRhZTk0MDdkCg==
index 2
AFPgif/3uSeYCf/BJJOmBf2CnAjpW/43xLQL58trHl8=

${checkpointExample}`;

export const consistencyExample = `old 2
dQ3FEGegut0Y01jz82cygLkjh/GEsvx7taXkdJ7lD0E=

${checkpointExample}`;
