//! Verifies the sample of `npm run check:interop` by ct-merkle and ed25519-dalek.

use base64::{Engine, engine::general_purpose::STANDARD};
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use sha2::{Digest, Sha256};
use std::{error::Error, fs, path::Path};

type Root = RootHash<Sha256>;

struct Key {
    name: String,
    id: [u8; 4],
    public: VerifyingKey,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("no folder given")?;
    let folder = Path::new(&folder);
    let key = parse_key(&fs::read_to_string(folder.join("key"))?)?;
    let (mut inclusion, mut consistency, mut refused) = (0, 0, 0);
    for file in fs::read_dir(folder.join("inclusion"))? {
        refused += check_inclusion(&key, &fs::read_to_string(file?.path())?)?;
        inclusion += 1;
    }
    for file in fs::read_dir(folder.join("consistency"))? {
        let path = file?.path();
        let older = fs::read_to_string(path.join("older"))?;
        refused += check_consistency(&key, &older, &fs::read_to_string(path.join("newer"))?)?;
        consistency += 1;
    }
    println!("inclusion={inclusion} consistency={consistency} refused={refused}");
    Ok(())
}

fn check_inclusion(key: &Key, text: &str) -> Result<u32, Box<dyn Error>> {
    let (head, note) = text.split_once("\n\n").ok_or("no checkpoint")?;
    let mut lines = head.lines().skip(1);
    let extra = lines.next().and_then(|line| line.strip_prefix("extra ")).ok_or("no extra data")?;
    let index: u64 = lines.next().and_then(|line| line.strip_prefix("index ")).ok_or("no index")?.parse()?;
    let proof = InclusionProof::<Sha256>::try_from_bytes(decode_all(lines)?)?;
    let root = open(key, note)?;
    let mut data = entry_of(&STANDARD.decode(extra)?)?;
    root.verify_inclusion(&data, index, &proof)?;
    let end = data.len() - 2;
    data[end] ^= 1;
    refuse(root.verify_inclusion(&data, index, &proof).is_err())
}

fn check_consistency(key: &Key, older: &str, text: &str) -> Result<u32, Box<dyn Error>> {
    let (head, note) = text.split_once("\n\n").ok_or("no checkpoint")?;
    let proof = ConsistencyProof::<Sha256>::try_from_bytes(decode_all(head.lines().skip(1))?)?;
    let (older, newer) = (open(key, older)?, open(key, note)?);
    if head.lines().next() != Some(&format!("old {}", older.num_leaves())) {
        return Err("the proof is from another size".into());
    }
    newer.verify_consistency(&older, &proof)?;
    let mut changed = *older.as_bytes();
    changed[0] ^= 1;
    let changed = Root::new(changed, older.num_leaves());
    refuse(newer.verify_consistency(&changed, &proof).is_err())
}

/// Verifies the note of a checkpoint, and that it is refused when a bit of its text is changed.
fn open(key: &Key, note: &str) -> Result<Root, Box<dyn Error>> {
    let (text, signature) = note.rsplit_once("\n\n").ok_or("no signature")?;
    let text = format!("{text}\n");
    let encoded = signature.strip_prefix(&format!("\u{2014} {} ", key.name)).ok_or("another signer")?;
    let bytes = STANDARD.decode(encoded.trim_end())?;
    let (id, signature) = bytes.split_at(4);
    if id != key.id {
        return Err("another key".into());
    }
    let signature = Signature::from_slice(signature)?;
    key.public.verify_strict(text.as_bytes(), &signature)?;
    let mut changed = text.clone().into_bytes();
    changed[0] ^= 1;
    refuse(key.public.verify(&changed, &signature).is_err())?;
    let [origin, size, root] = text.lines().collect::<Vec<_>>()[..] else {
        return Err("not a checkpoint".into());
    };
    if origin != key.name {
        return Err("another log".into());
    }
    let root: [u8; 32] = STANDARD.decode(root)?.try_into().map_err(|_| "not a hash")?;
    Ok(Root::new(root.into(), size.parse()?))
}

/// Returns the data of the entry, which its leaf hashes, after comparing its digest with the content behind it.
fn entry_of(extra: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let lines: Vec<_> = extra.splitn(5, |byte| *byte == b'\n').collect();
    let [_, _, _, digest, content] = lines[..] else {
        return Err("not an entry".into());
    };
    let computed: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    if computed.as_bytes() != digest {
        return Err("the content has another digest".into());
    }
    Ok(extra[..extra.len() - content.len()].to_vec())
}

fn parse_key(text: &str) -> Result<Key, Box<dyn Error>> {
    let [name, id, encoded] = text.splitn(3, '+').collect::<Vec<_>>()[..] else {
        return Err("not a key".into());
    };
    let material = STANDARD.decode(encoded)?;
    let hash = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(&material).finalize();
    let computed: [u8; 4] = hash[..4].try_into()?;
    if id != format!("{:08x}", u32::from_be_bytes(computed)) || material[0] != 1 {
        return Err("the key has another id".into());
    }
    let public = VerifyingKey::from_bytes(material[1..].try_into()?)?;
    Ok(Key { name: name.into(), id: computed, public })
}

fn decode_all<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<u8>, base64::DecodeError> {
    lines.map(|line| STANDARD.decode(line)).collect::<Result<Vec<_>, _>>().map(|all| all.concat())
}

fn refuse(is_refused: bool) -> Result<u32, Box<dyn Error>> {
    if is_refused { Ok(1) } else { Err("a changed proof was accepted".into()) }
}
