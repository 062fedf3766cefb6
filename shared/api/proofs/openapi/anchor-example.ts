/** A checkpoint of the log of anchors, and a proof that leads to it. The key is the one of the test vectors. */
export const anchorsCheckpointExample = `activity.example.com/~anchors
1
2+R5Sg+n3Q2ysWpZjW0ciW0m4i4TK6gzSdPb8rt1o84=

— activity.example.com/~anchors cACJQOkNBcidXZNm+M4Usf2ORKuckJMx1BvmH4KiWNSRd/E7nUz64pS+YAK3qyjkLdc8fQq+AqrnuDSjhT6enUF7DgU=
`;

export const anchorExample = `activity-anchor/v1
442fca04b438f282a5271999e7567ea01d3e7821e6d7df5f8fa0c5571164accd
activity.example.com/org_8f9a1c2d
3
iEJ+gNfPsklY+eMDpeTyeJA5fC0qakZuJ1wjtZhPG7A=

index 9
DKq8PopOQ4L43BJLqYdRWVXMdQoA072owtkCriEME0I=
6rje7t7WeU6vra4k5Y6JxTbmMCnehBfY1suHYRM0G/U=
tYqEtNG1qAAwBttWakUgzFPYdA4Uy7QoqdSrSzNhzVE=
jIG5XZmKqhvwqDuI5skr7d8f3xou20nxyTQT3C6B/8M=
aYf8eBpn1c6pNJKWh+ApAhD5xgmc36YlgX3jh0G16IM=
78gHNfkUHWtuHY4fDPxZewGmtctYTiTZwpEx1nN1+Gk=
BdDbl+/vg19uUCKYgO1QHm5A+An13HgRlG252gC+X4M=
Y2akLGoMvWxrRwWMm0WH+vMJg+NoGzNLSejkmQGbJAs=

c2sp.org/tlog-proof@v1
extra YWN0aXZpdHktbG9nL3YxCmFuY2hvcgoyMDI2LTA1LTEyVDA3OjUyOjMwLjAwMFoKY2ExNjFmMDkyYTg5NThkOTI5MmFmM2FiZmEyODM3YmE1Y2E5YzAyNWM3OTFjNDU3YjA5MjNlYzFmNmVlOGEwZAo=
index 0

${anchorsCheckpointExample}`;
